"""The machines that the tool is built for, in the words of wheels (PEP 425, 508, 600)."""

from collections.abc import Iterator
from dataclasses import dataclass

from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""All that the locked wheels were built for: CPython, with its lock."""

_OLDEST_GLIBC = 28  # glibc 2.28: Debian 10, Ubuntu 20.04, RHEL 8 and later
_OLD_NAMES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}


@dataclass(frozen=True)
class Target:
    """One kind of machine. `platforms` are platform tags that it can run, the best first."""

    name: str
    platforms: tuple[str, ...]
    sys_platform: str
    platform_system: str
    os_name: str
    machine: str

    def environment(self, python: str) -> dict[str, str]:
        """What markers are compared with on this machine, under CPython `python` ("3.11")."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{python}.0",
            "os_name": self.os_name,
            "platform_machine": self.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": self.platform_system,
            "platform_version": "",
            "python_full_version": f"{python}.0",
            "python_version": python,
            "sys_platform": self.sys_platform,
            "extra": "",
        }

    def tags(self, python: str) -> list[Tag]:
        """The wheels that CPython `python` takes here, the best first."""
        major, minor = (int(part) for part in python.split("."))
        cpython = f"cp{major}{minor}"
        return [
            *cpython_tags((major, minor), [cpython], self.platforms),
            *compatible_tags((major, minor), cpython, self.platforms),
        ]


def _list_manylinux() -> Iterator[str]:
    for minor in range(_OLDEST_GLIBC, 4, -1):
        yield f"manylinux_2_{minor}_x86_64"
        if minor in _OLD_NAMES:
            yield f"{_OLD_NAMES[minor]}_x86_64"


TARGETS = (
    Target("windows", ("win_amd64",), "win32", "Windows", "nt", "AMD64"),
    Target("macos", tuple(mac_platforms((11, 0), "arm64")), "darwin", "Darwin", "posix", "arm64"),
    Target("linux", tuple(_list_manylinux()), "linux", "Linux", "posix", "x86_64"),
)
