"""Files that are no articles: what file managers and editors leave behind, read-me files, other kinds."""

import re
import stat
from collections.abc import Iterable
from pathlib import Path

LITTER = re.compile(
    r"\..*|~\$.*|#.*#|.*~|Thumbs\.db|ehthumbs\.db|desktop\.ini|Icon\r?|"
    r".*\.(?:bak|tmp|temp|swp|swo|part|crdownload|orig|old)",
    re.IGNORECASE | re.DOTALL,
)
LITTER_FOLDERS = re.compile(r"\..*|__MACOSX|@eaDir|\$RECYCLE\.BIN|System Volume Information", re.IGNORECASE)
ABOUT = re.compile(
    r"(?:readme|read_me|licen[cs]e|copying|changelog|citation|contributing)"
    r"(?:[-_.][a-z]{2})?(?:\.(?:txt|md|rst|markdown|html?|cff))?",
    re.IGNORECASE,
)
GONE = "the file is gone"
UNPACK = "unpack it and give the folder"
AS_TEXT = "save its text as .txt, .docx or .html"
AS_TABLE = "save its sheet as .xlsx, or as .csv in UTF-8"
AS_PARQUET = "save the table as .parquet"
PICTURE = ("an image", "take its text out by OCR and save that as .txt")
RECORDING = ("a recording", "save a transcript of it as .txt")
STATISTICS = ("a data file of a statistics program", "export it from there as .csv or .parquet")
DATABASE = ("a database", "export its table as .csv, .jsonl or .parquet")
PICKLE = ("a pickle of Python, which may run code when it is opened", "save the table as .parquet or .jsonl")
MARKDOWN = ("a Markdown file", "rename it to .txt to read it as plain text")
# Kinds that people have beside articles or instead of them: what they are, and what to do.
KINDS = {
    ".zip": ("a ZIP archive", UNPACK),
    ".7z": ("a 7-Zip archive", UNPACK),
    ".rar": ("a RAR archive", UNPACK),
    **dict.fromkeys((".tar", ".tgz", ".tbz2", ".txz"), ("a tar archive", UNPACK)),
    ".zst": ("a Zstandard file", "unpack it, or pack it as .gz"),
    ".xls": ("an old Excel workbook", AS_TABLE),
    ".xlsb": ("a binary Excel workbook", AS_TABLE),
    ".ods": ("an OpenDocument spreadsheet", AS_TABLE),
    ".numbers": ("a Numbers spreadsheet", AS_TABLE),
    ".doc": ("an old Word document", AS_TEXT),
    ".docm": ("a Word document with macros", AS_TEXT),
    ".odt": ("an OpenDocument text", AS_TEXT),
    ".rtf": ("an RTF document", AS_TEXT),
    ".pages": ("a Pages document", AS_TEXT),
    ".wpd": ("a WordPerfect document", AS_TEXT),
    ".ppt": ("an old PowerPoint presentation", AS_TEXT),
    ".pptx": ("a PowerPoint presentation", AS_TEXT),
    ".odp": ("an OpenDocument presentation", AS_TEXT),
    ".epub": ("an e-book (EPUB)", AS_TEXT),
    ".pdf": ("a PDF", "take its text out, as with pdftotext, and save it as .txt"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".bmp", ".svg"), PICTURE),
    **dict.fromkeys((".mp3", ".wav", ".m4a", ".mp4", ".avi", ".mov", ".mkv"), RECORDING),
    **dict.fromkeys((".sav", ".dta", ".rds", ".rda", ".rdata", ".sas7bdat"), STATISTICS),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3", ".mdb", ".accdb", ".duckdb"), DATABASE),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), PICKLE),
    **dict.fromkeys((".feather", ".arrow"), ("an Arrow file", AS_PARQUET)),
    **dict.fromkeys((".md", ".markdown"), MARKDOWN),
    "": ("a file without a suffix", "name it by its kind, as articles.txt or articles.csv"),
}
SPECIAL = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def is_litter(name: str) -> bool:
    """Whether file managers, editors or systems make files of this name."""
    return LITTER.fullmatch(name) is not None


def is_litter_folder(name: str) -> bool:
    """Whether a folder of this name is hidden or made by a system."""
    return LITTER_FOLDERS.fullmatch(name) is not None


def is_about(name: str) -> bool:
    """Whether a file of this name tells about the folder it lies in."""
    return ABOUT.fullmatch(name) is not None


def refusal(suffix: str, readable: Iterable[str]) -> str:
    """Why files of this suffix are not read, and what to do."""
    kind = KINDS.get(suffix)
    if kind is not None:
        return f"{kind[0]} is not read; {kind[1]}"
    kinds = ", ".join(readable)
    return f"files of the kind '{suffix}' are not read; expected {kinds}, also with .gz, .bz2 or .xz"


def unreadable(path: Path, root: Path | None) -> str | None:
    """Why ``path`` must not be opened: it is a pipe, a device, or a link that leads out of ``root`` or to
    nothing; ``None`` for a plain file."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return "a link to a file that is not there" if path.is_symlink() else GONE
    except (OSError, RuntimeError) as error:
        return f"it cannot be opened: {getattr(error, 'strerror', None) or error}"
    special = next((name for test, name in SPECIAL if test(mode)), None)
    if special is not None:
        return f"{special} is not read; expected a file"
    if root is not None and leads_out(path, root):
        goal = plain(str(path.resolve()))
        return f"a link out of the folder is not followed; give {goal} as a path of its own"
    return "the folder cannot be opened" if stat.S_ISDIR(mode) else None


def leads_out(path: Path, root: Path) -> bool:
    """Whether ``path`` is a link to something outside ``root``."""
    return path.is_symlink() and not path.resolve().is_relative_to(root.resolve())


def plain(name: str) -> str:
    """A file name as text; bytes of it that are no UTF-8 are shown as U+FFFD and their number."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
