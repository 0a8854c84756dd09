"""Text as people have it: CSV, TSV, JSON lines, Parquet and text files, from folders, pipes and S3."""

from data_prep.text.sources.options import FORMS, Form, SourceOptions
from data_prep.text.sources.reading import Documents, read_documents

__all__ = ["FORMS", "Documents", "Form", "SourceOptions", "read_documents"]
