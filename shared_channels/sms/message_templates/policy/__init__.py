"""Rules of templates: what one holds, how it is written, what a finished text looks like."""
