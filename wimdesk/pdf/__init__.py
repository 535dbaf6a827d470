"""Submission documents: plain data in, PDF/A-3a and PDF/UA-1 bytes out, without Qt and without the database.

Importing this package loads nothing heavy; the document modules load the PDF writer, so import them when needed.
"""
