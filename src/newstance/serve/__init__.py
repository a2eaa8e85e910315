"""A saved model over HTTP: prediction, reasons, health, metrics, and a page to try it on.

``settings`` says where and within which limits; ``served`` is a loaded model and what it answers; ``engine``
shares the threads among requests; ``bodies`` reads what was sent, ``stream`` does so line by line; ``guard``
stands before all of it; ``app`` names the paths and ``described`` tells of them; ``run`` starts and stops the
process. FastAPI and uvicorn are imported in this package alone.
"""
