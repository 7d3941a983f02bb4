"""Pages, forms and downloads over HTTP."""
