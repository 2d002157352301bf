"""Commands about mappings: proposing one for a file, saving and showing a dataset's, listing the ready-made ones."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, console, example, print_frame, say
from commons.errors import CommonsError
from commons.vocabulary import Precision, Visibility

if TYPE_CHECKING:
    from ingest.map import Mapping
    from ingest.map.presets import Preset

with lazy_imports():
    import pandas as pd

    from commons.database.connection import Role, connect
    from commons.partners import find_dataset
    from ingest.map.document import as_toml, parse_mapping
    from ingest.map.presets import find_preset, presets
    from ingest.map.saved import latest_mapping, save_mapping
    from ingest.map.yes import with_yes
    from ingest.upload import prepare_upload


class ProposalFormat(StrEnum):
    """How a proposal is printed: to be read, or to be corrected and saved."""

    TABLE = "table"
    TOML = "toml"


def choose(name: str | None) -> "Mapping | Preset | None":
    """Return what `--mapping` names: a TOML file, or a ready-made mapping."""
    if name is None:
        return None
    path = Path(name)
    return parse_mapping(path.read_bytes()) if path.is_file() else find_preset(name)


@example("commons mapping propose liste.csv --as toml")
def propose(file: Path, form: Annotated[ProposalFormat, typer.Option("--as")] = ProposalFormat.TABLE) -> None:
    if not file.is_file():
        raise CommonsError("upload.no_file", file=file.name)
    prepared = prepare_upload(file)
    proposed = prepared.mapping
    sure = {match.column: f"{match.confidence:.0%} {match.reason}" for match in proposed.matches}
    if form is ProposalFormat.TOML:
        print(as_toml(proposed, sure))
        return
    fields = {column: field for field, column in proposed.column_of.items()}
    table = [(column, fields.get(column, "-"), sure.get(column, "-")) for column in prepared.columns]
    names = ("column", "field", "sure")
    print_frame(pd.DataFrame(table, columns=[say(f"mapping_propose.{name}") for name in names]))


@example("commons mapping save liste-voisins liste.toml --by 'A. Voisin'")
def save(dataset: str, file: Path, by: Annotated[str, typer.Option(help=say("mapping_save.by"))]) -> None:
    if not file.is_file():
        raise CommonsError("upload.no_file", file=file.name)
    document = parse_mapping(file.read_bytes())
    ensure_database()
    with connect(Role.INGEST) as connection:
        saved = save_mapping(connection, find_dataset(connection, dataset), document, saved_by=by)
    console.print(say("mapping_save.done", dataset=dataset, version=saved.version), markup=False)


@example("commons mapping yes liste-voisins liste.csv --means public --precision exact --by 'A. Voisin'")
def say_what_yes_means(
    dataset: str,
    file: Path,
    means: Annotated[Visibility, typer.Option(help=say("mapping_yes.means"))],
    by: Annotated[str, typer.Option(help=say("mapping_yes.by"))],
    precision: Annotated[Precision | None, typer.Option(help=say("mapping_yes.precision"))] = None,
    flag: Annotated[str, typer.Option(help=say("mapping_yes.flag"))] = "visibility",
) -> None:
    if not file.is_file():
        raise CommonsError("upload.no_file", file=file.name)
    ensure_database()
    with connect(Role.INGEST) as connection:
        found = find_dataset(connection, dataset)
        prepared = prepare_upload(file, saved=latest_mapping(connection, found))
        chosen = with_yes(prepared.mapping, flag, means, precision)
        prepare_upload(file, chosen=chosen)
        saved = save_mapping(connection, found, chosen, saved_by=by)
    column = chosen.column_of[flag]
    console.print(
        say("mapping_yes.done", dataset=dataset, column=column, means=means.value, version=saved.version),
        markup=False,
    )


@example("commons mapping show liste-voisins")
def show(dataset: str) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        saved = latest_mapping(connection, find_dataset(connection, dataset))
    if saved is None:
        raise CommonsError("mapping.none_saved", dataset=dataset)
    who = saved.saved_by.replace("\n", " ")
    print(
        "# " + say("mapping_show.head", version=saved.version, by=who, at=f"{saved.saved_at:%Y-%m-%d %H:%M}")
    )
    print(as_toml(saved.mapping))


@example("commons mapping presets")
def list_presets(
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE,
) -> None:
    rows = [
        (preset.name, say(f"mapping_presets.{preset.name}"), ", ".join(preset.recognised_by))
        for preset in presets()
    ]
    names = ("name", "what", "headers")
    print_frame(pd.DataFrame(rows, columns=[say(f"mapping_presets.{name}") for name in names]), form)
