"""The application without its screens: data, rules, documents. Loads no Qt."""

__version__ = "0.1.0"
