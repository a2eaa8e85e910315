"""The file system of an address, by fsspec, and what goes wrong there in the user's words.

Nothing but this module knows fsspec (https://filesystem-spec.readthedocs.io), and it is imported when an
address is used.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import unquote, urlsplit

WEB = ("http", "https")
PASSWORD = re.compile(r"(://)[^/\s@'\"]*:[^/\s@'\"]*@")
QUERY = re.compile(r"((?i:https?)://[^\s?#'\"]*)[?#][^\s'\"]*")
# What is installed under another name than it is imported.
PACKAGES = {"smbclient": "smbprotocol", "gdrive_fsspec": "gdrive-fsspec", "fsspec_xrootd": "fsspec-xrootd"}
SECONDS_TO_CONNECT, SECONDS_TO_WAIT = 30, 60


class AddressError(OSError):
    """An address that could not be read or written; the text says why, and what to do."""


def scheme_of(url: str) -> str:
    """The part before ``://``, in small letters."""
    return url.partition("://")[0].lower()


def is_web(url: str) -> bool:
    """Whether it is the address of a web server, which has files but no folders."""
    return scheme_of(url) in WEB


def shown(url: str) -> str:
    """``url`` without a name and password before the host, and without what stands behind a ? of the web,
    where signatures are."""
    scheme, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    user, _, host_alone = host.rpartition("@")
    if is_web(url):
        host_alone, path = re.split("[?#]", host_alone)[0], re.split("[?#]", path)[0]
        host = re.split("[?#]", host)[0]
    return PASSWORD.sub(r"\1", f"{scheme}{mark}{host_alone if ':' in user else host}{slash}{path}")


@contextmanager
def reach(url: str, done: str) -> Iterator[tuple[Any, str]]:
    """The file system of ``url`` and the path in it; ``done`` is what is being done, for messages.

    Stores raise errors of any kind. They come out as ``FileNotFoundError`` where there is no such thing, and
    else as ``AddressError``.
    """
    try:
        yield _store(url)
    except AddressError:
        raise
    except Exception as error:
        told = _in_words(url, done, error)
        raise told from (error if shown(url) == url else None)  # it may show a password


def _store(url: str) -> tuple[Any, str]:
    from fsspec.registry import get_filesystem_class

    scheme = scheme_of(url)
    try:
        kind = get_filesystem_class(scheme)
    except ValueError:
        raise AddressError(
            f"{shown(url)}: {scheme}:// is no known kind of address; expected such as s3://, gs:// or https://."
        ) from None
    options = kind._get_kwargs_from_urls(url)
    return kind(**options, **(_web_options() if is_web(url) else {})), kind._strip_protocol(url)


def _web_options() -> dict[str, Any]:
    """Proxies of the environment, no end to the time of a whole file, and bytes as the server keeps them."""
    import aiohttp

    session = {
        "trust_env": True,
        "timeout": aiohttp.ClientTimeout(
            total=None, sock_connect=SECONDS_TO_CONNECT, sock_read=SECONDS_TO_WAIT
        ),
        "auto_decompress": False,
        "headers": {"Accept-Encoding": "identity"},
    }
    return {"client_kwargs": session}


def _in_words(url: str, done: str, error: Exception) -> OSError:
    where, scheme = shown(url), scheme_of(url)
    cause = (
        error.__cause__ if is_web(url) and error.__cause__ else error
    )  # fsspec calls all "not found" there
    status = next(filter(None, (getattr(cause, name, None) for name in ("status", "status_code", "code"))), 0)
    words = _without_secrets(str(cause) or type(cause).__name__, url).rstrip(".")
    if isinstance(error, ImportError):
        module = (getattr(error.__cause__ or error, "name", None) or "fsspec").partition(".")[0]
        package = PACKAGES.get(module, module)
        return AddressError(f"{where}: {scheme}:// needs the package {package}: pip install {package}.")
    if isinstance(cause, FileNotFoundError) or status in (404, 410):
        return FileNotFoundError(f"{where}: there is no such file, folder or bucket.")
    if isinstance(cause, PermissionError) or status in (401, 403):
        return AddressError(
            f"{where}: no access ({words}). Give your keys as the package for {scheme}:// takes them, or "
            "correct the address."
        )
    if isinstance(cause, NotImplementedError):
        return AddressError(f"{where}: could not be {done}: {scheme}:// has no way to.")
    return AddressError(
        f"{where}: could not be {done}: {words}. Check the address and the network, and run the same command "
        "again; what is finished is kept."
    )


def _without_secrets(text: str, url: str) -> str:
    """``text`` of an error at ``url`` without the secrets of this and other addresses."""
    text = text.replace(url, shown(url))
    with suppress(ValueError):
        password = urlsplit(url).password
        for secret in {password, unquote(password)} if password else ():
            text = text.replace(secret, "…")
    return QUERY.sub(r"\1", PASSWORD.sub(r"\1", text))
