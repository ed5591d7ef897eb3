"""A report in memory: a plain dict, keyed by field name, with readable values.

The names, types and values are in spec/report-v1.json; docs for people are in spec/report-v1.md.
"""

from typing import Any

Report = dict[str, Any]
"""Field name -> value. `unknown` holds {integer key: value} of what this table does not know."""

QUARTER = 900
"""Seconds in a quarter of an hour, the finest time that a report holds."""

LATEST = 253402300800
"""The first second of the year 10000: beyond it no calendar date can be shown."""
