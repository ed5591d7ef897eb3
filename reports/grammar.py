"""The order in which the reader's rules hold."""

from reports.codes import find_pieces, judge, read_keywords, read_named
from reports.levels import read_levels
from reports.names import read_country, read_operators, read_regions
from reports.reading import Reading
from reports.sentences import read_causes, read_phrases
from reports.times import read_times


def read_message(reading: Reading) -> None:
    """Fill `found` and `used`. What is sure comes first and keeps its words."""
    read_named(reading)
    reading.set_pieces(list(find_pieces(reading)))
    reading.doubts = [reading.pieces[position].start for position in reading.having("unless")]
    judge(reading)
    read_country(reading)
    read_phrases(reading)
    read_levels(reading)
    read_causes(reading)
    read_keywords(reading)
    read_regions(reading)
    read_operators(reading)
    read_times(reading)
