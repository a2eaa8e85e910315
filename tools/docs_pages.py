"""Make the pages of the documentation that are not written by hand: python tools/docs_pages.py [DOCS]

The command line comes from typer, the config from its JSON schema; cards and changelog are taken from where
they are kept. They are written to DOCS/generated, which git ignores.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from newstance.cli import app
from newstance.config import config_schema

ROOT = Path(__file__).resolve().parents[1]
FOLDER = "generated"
COPIED = {
    "changelog.md": "CHANGELOG.md",
    "sample.md": "data/sample/README.md",
    "encoder.md": "models/encoder/README.md",
    "stance_reader.md": "models/stance/README.md",
}
SECTIONS = "Beside these the sections below. `codebook` may also be the path of a file that holds its keys."
CHOICES = re.compile(r"\^\(([\w|]+)\)\$")
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)


def write_pages(docs: Path) -> list[Path]:
    """Write every generated page below ``docs``; returns their paths."""
    folder = docs / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    pages = {"commands.md": commands_page(), "config.md": config_page(config_schema())}
    pages["decisions.md"] = decisions_page(docs / "decisions")
    for name, source in COPIED.items():
        pages[name] = FRONT_MATTER.sub("", (ROOT / source).read_text(encoding="utf-8"))
    for name, text in pages.items():
        path = folder / name
        # A page that stays as it is keeps its time, so that a server of the site need not build again.
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return [folder / name for name in pages]


def commands_page() -> str:
    """Each command with its help page, as a terminal shows it."""
    parts = ["# Command line", "Made from the help pages: `newstance COMMAND --help` shows the same."]
    for name, text in _help_pages(typer.main.get_command(app), "newstance", None):
        parts += [f"## {name}" if name.count(" ") < 2 else f"### {name}", f"```text\n{text.rstrip()}\n```"]
    return "\n\n".join(parts) + "\n"


def _help_pages(command: Any, name: str, parent: Any) -> Iterator[tuple[str, str]]:
    """Name and help of ``command`` and of all below it."""
    context = command.context_class(command, info_name=name.split()[-1], parent=parent, max_content_width=80)
    context.terminal_width = 80
    yield name, command.get_help(context)
    for key, below in getattr(command, "commands", {}).items():
        yield from _help_pages(below, f"{name} {key}", context)


def decisions_page(folder: Path) -> str:
    """A list of the decisions by their titles."""
    titles = {path.name: path.read_text(encoding="utf-8").split("\n", 1)[0] for path in folder.glob("*.md")}
    rows = [f"- [{title.removeprefix('# ')}](../decisions/{name})" for name, title in sorted(titles.items())]
    about = "Why things are as they are. A page is never rewritten, only superseded."
    return f"# Decisions\n\n{about}\n\n" + "\n".join(rows) + "\n"


def config_page(schema: dict[str, Any]) -> str:
    """A table of the keys for each section of a config."""
    parts = [
        "# Config",
        "One YAML file a training. Any key can be set on the command line, as `themes.max_noise=0.05`. "
        "`newstance config show CONFIG` prints a config with every default filled in; "
        "`newstance config schema` prints the JSON schema from which this page is made.",
    ]
    properties = {key: _resolved(value, schema) for key, value in schema["properties"].items()}
    plain = {key: value for key, value in properties.items() if "properties" not in value}
    parts += ["## The file", _table(plain, "", schema, schema.get("required", [])), SECTIONS]
    for key, section in properties.items():
        if key not in plain:
            parts += [f"## {key}", *_section(section, f"{key}.", schema)]
    return "\n\n".join(parts) + "\n"


def _section(section: dict[str, Any], prefix: str, schema: dict[str, Any]) -> list[str]:
    """What a section is, its keys, and under them the keys of objects inside."""
    parts = [
        _prose(section.get("description", "")),
        _table(section["properties"], prefix, schema, section.get("required", [])),
    ]
    for key, value in section["properties"].items():
        below = _resolved(value, schema)
        below = _resolved(below.get("items", below), schema)
        if "properties" in below:
            parts += [f"### {prefix}{key}", *_section(below, f"{prefix}{key}.", schema)]
    return parts


def _table(keys: dict[str, Any], prefix: str, schema: dict[str, Any], required: list[str]) -> str:
    rows = ["| key | what it does | values | default |", "|---|---|---|---|"]
    for key, value in keys.items():
        default = "needed" if key in required else _default(value)
        cells = [f"`{prefix}{key}`", _prose(value.get("description", "")), _values(value, schema), default]
        rows.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
    return "\n".join(rows)


def _prose(text: str) -> str:
    """A description as Markdown: names in double backquotes get single ones, stars and brackets stay."""
    return re.sub(r"(?<!`)\*(?!`)", r"\\*", text.replace("``", "`")).replace("<", "&lt;")


def _default(value: dict[str, Any]) -> str:
    default = value.get("default")
    if isinstance(default, bool) or default is None:
        return {None: "null" if "default" in value else "", True: "true", False: "false"}[default]
    return f"`{default}`" if default not in ({}, [], "") else ""


def _resolved(value: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """``value``, or the definition that it names; null beside one object does not count."""
    others = [one for one in value.get("anyOf", []) if one.get("type") != "null"]
    if len(others) == 1:
        value = {**value, **others[0]}
    if "$ref" in value:
        return schema["$defs"][value["$ref"].rsplit("/", 1)[-1]]
    return value


def _values(value: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a key takes, in words."""
    if "anyOf" in value:
        return " or ".join(dict.fromkeys(_values(one, schema) for one in value["anyOf"]))
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    if "$ref" in value:
        return "keys and values, see below"
    if choices := CHOICES.fullmatch(value.get("pattern", "")):
        return ", ".join(f"`{one}`" for one in choices[1].split("|"))
    if value.get("type") == "array":
        items = _resolved(value.get("items", {}), schema)
        return f"list of {_values(items, schema)}" if "properties" not in items else "list, see below"
    name = {
        "string": "text",
        "integer": "whole number",
        "object": "keys and values",
        "boolean": "true, false",
    }
    kind = value.get("type", "")
    word = "path" if value.get("format") == "path" else name.get(kind, kind)
    limits = {
        "minimum": "from {}",
        "exclusiveMinimum": "above {}",
        "maximum": "to {}",
        "exclusiveMaximum": "below {}",
    }
    return " ".join([word, *(text.format(value[key]) for key, text in limits.items() if key in value)])


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs")
