"""Towns and regions by which a message tells its country: reports/data/cities.tsv."""

from collections.abc import Iterator

from reports.places import DATA


def list_cities() -> Iterator[tuple[str, str]]:
    """(folded name, country) of towns and regions that are in one country alone: those of many
    words first, and Burmese ones, whose words are told apart later."""
    lines = (DATA / "cities.tsv").read_text(encoding="utf-8").splitlines()
    for words in (None, 3, 2, 1):
        for line in lines:
            cc, *names = line.split("\t")
            for name in names:
                parts = None if "\u1000" <= name[0] < "\u10a0" else name.count(" ") + 1
                if parts == words:
                    yield name, cc
