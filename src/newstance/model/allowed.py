"""The encoder and the reader of stances of a saved model: named in its folder, allowed by the user.

Loading an encoder may fetch it from a hub and may open files of formats that run code. So a folder, which may
come from a stranger, names it and tells its fingerprint; what is loaded is the shipped one, or what the user
gives.
"""

import os
from pathlib import Path

from newstance.embed import Encoder, load_encoder
from newstance.model.content import ModelError
from newstance.model.schema import EncoderMeta, Meta
from newstance.stance.readers import StanceReader, load_reader
from newstance.stance.shipped import SHIPPED


def allowed_encoder(folder: Path, meta: EncoderMeta, given: str | None) -> Encoder:
    """The encoder of the training. Models of newstance 0.1 were trained before abbreviations were spelled
    out."""
    name = _allowed(folder, "encoder", meta.model, given)
    fingerprints = []
    for abbreviations in (True, False):
        try:
            encoder = load_encoder(name, abbreviations=abbreviations)
            fingerprints.append(encoder.fingerprint)  # loads a transformer
        except (OSError, ValueError) as error:
            raise ModelError(
                f"{folder}: needs the encoder {name!r}, which could not be loaded: {error}"
            ) from error
        if fingerprints[-1] == meta.fingerprint and encoder.n_dims == meta.n_dims:
            return encoder
    raise ModelError(
        f"{folder}: was trained with another version of the encoder {name!r} (fingerprint "
        f"{meta.fingerprint}, found {fingerprints[0]}). Its vectors would mean other things; "
        "restore that encoder or train again."
    )


def allowed_reader(folder: Path, meta: Meta, given: str | None) -> StanceReader:
    """The reader of stances of the training."""
    name = _allowed(folder, "reader", meta.stance_reader_name or SHIPPED, given)
    try:
        reader = load_reader(load_encoder(abbreviations=False), name)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder}: needs a reader of stances, which could not be loaded: {error}"
        ) from error
    if reader.fingerprint != meta.stance_reader:
        raise ModelError(
            f"{folder}: was trained with another reader of stances (fingerprint {meta.stance_reader}; "
            f"that of {name!r} is {reader.fingerprint}). Give its folder, as in "
            "load_model(folder, reader=...), or train again."
        )
    return reader


def _allowed(folder: Path, what: str, named: str, given: str | None) -> str:
    """The encoder or reader (``what``) to load: the shipped one, or what the user gives; never another one
    that the folder names."""
    variable = f"NEWSTANCE_{what.upper()}"
    if given is None and named == SHIPPED:
        return SHIPPED
    allowed = given if given is not None else os.environ.get(variable)
    if not allowed:
        raise ModelError(
            f"{folder}: was trained with the {what} {named!r}, which does not come with newstance, and "
            "a model folder does not decide what is loaded. If you trust it, give its name or folder, as in "
            f"load_model(folder, {what}={named!r}), or set {variable} in the environment."
        )
    return allowed
