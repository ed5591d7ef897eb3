"""Sentences in a message that name a field's value: phrases, and causes."""

from reports.levels import is_unsure
from reports.reading import Reading


def read_phrases(reading: Reading) -> None:
    """Phrases that are a field's value in some language."""
    for position in reading.having("phrase"):
        piece = reading.pieces[position]
        if reading.is_used(piece) or is_unsure(reading, piece):
            continue
        for sense in piece.senses["phrase"]:
            reading.take(sense.of, sense.value, range(piece.start, piece.end))


def read_causes(reading: Reading) -> None:
    """`because of the election`, `à cause des examens`, `चुनाव की वजह से`."""
    pieces = reading.pieces
    for at in reading.having("because"):
        piece = pieces[at]
        ahead = at + 1
        while ahead < len(pieces) and reading.follows(ahead):
            cause = pieces[ahead].find("cause")
            if cause:
                words = range(piece.start, pieces[ahead].end)
                if not is_unsure(reading, piece):
                    reading.take("cause", cause.value, words)
                break
            if "fillers" not in pieces[ahead].senses:
                break
            ahead += 1
    for at in reading.having("caused"):
        cause = pieces[at - 1].find("cause") if at and reading.follows(at) else None
        if cause and not is_unsure(reading, pieces[at]):
            reading.take("cause", cause.value, range(pieces[at - 1].start, pieces[at].end))
