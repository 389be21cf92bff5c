"""Read content files: one file becomes a typed article or topic file, or a problem with path, line and column."""
