"""Predictions in shards over Ray: the same bytes as here, also when a worker is killed."""

import os
import signal
from importlib.util import find_spec
from pathlib import Path

import pytest

from newstance.scale import engine_of, predict_shards, shards
from newstance.scale.engines import Ray
from test_scale import SHARD, articles, content, model, undisturbed

__all__ = ["articles", "model", "undisturbed"]  # fixtures

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed: newstance[ray]")


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(shards, "SHARD_ARTICLES", SHARD)


class WithAKill(Ray):
    """One of its actors is killed once it has begun."""

    def submit(self, function, *given):
        job = super().submit(function, *given)
        if self._next == 2:
            os.kill(self._ray.get(self._actors[0].call.remote(os.getpid)), signal.SIGKILL)
        return job


@needs_ray
@pytest.mark.parametrize("engine", [Ray, WithAKill])
def test_ray_writes_the_same_bytes(model, articles, undisturbed, tmp_path, engine):
    predict_shards(model, articles, tmp_path / "parts", engine=engine(2))
    assert content(tmp_path / "parts") == content(undisturbed)


@pytest.mark.skipif(find_spec("ray") is not None, reason="ray is installed")
def test_without_ray_it_says_what_to_install(model, articles, tmp_path: Path):
    with pytest.raises(ImportError, match=r"pip install 'newstance\[ray\]'"):
        predict_shards(model, articles, tmp_path / "parts", engine=engine_of("ray", 2))


@needs_ray
def test_a_node_of_a_cluster_may_be_lost(model, articles, undisturbed, tmp_path):
    """Two nodes on loopback, of which one is killed in the middle."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 3, "include_dashboard": False})
    lost = cluster.add_node(num_cpus=2)
    killed = []

    def kill_once(n_articles: int) -> None:
        if not killed:
            killed.append(n_articles)
            cluster.remove_node(lost, allow_graceful=False)

    try:
        engine = Ray(2, cluster.address)
        predict_shards(model, articles, tmp_path / "parts", engine=engine, progress=kill_once)
    finally:
        cluster.shutdown()
    assert killed
    assert content(tmp_path / "parts") == content(undisturbed)
