"""The documents of a folder, of files of any supported form, of stdin or of a bucket, as data frames."""

from data_prep.text.sources.description import SourceDescription
from data_prep.text.sources.documents import Documents, read_documents
from data_prep.text.sources.options import FORMATS, SourceOptions

__all__ = ["FORMATS", "Documents", "SourceDescription", "SourceOptions", "read_documents"]
