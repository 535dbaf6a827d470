"""Very long lists of one record type: ids, painted rows, filters, groups, and acts on many records at once."""
