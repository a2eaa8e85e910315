"""Addresses of files that lie elsewhere, as s3://bucket/articles: listed, copied here, written there.

A text is an address only where its user says so: in a command, in a config, in ``read_corpus``, or as an
``Address``. Making one asks nobody.
"""

from newstance.addresses.address import FILE, FOLDER, Address, Place, at_hand, is_address, place_of
from newstance.addresses.reach import AddressError

__all__ = ["FILE", "FOLDER", "Address", "AddressError", "Place", "at_hand", "is_address", "place_of"]
