"""A browser plays what is recorded, from the first picture to the last, whether the file was closed or not."""

from pathlib import Path

import pytest
from playwright.async_api import Page

from fakes.footage import Recipe, footage
from fakes.mp4_writing import with_sound, written_by

pytestmark = pytest.mark.browser

PLAYED = """async () => {
  const film = document.querySelector("video");
  await film.play();
  await new Promise((done, failed) => { film.onended = done; film.onerror = () => failed(film.error.message); });
  return [film.duration, film.currentTime, film.videoWidth, film.seekable.length];
}"""


@pytest.mark.parametrize("state", ["open", "closed"])
@pytest.mark.parametrize("kind", ["B-frames", "AAC"])
async def test_a_recorded_film_is_played_to_its_end(kind: str, state: str, page: Page, tmp_path: Path) -> None:
    made = with_sound("aac") if kind == "AAC" else footage(Recipe(frames=40, b_frames=2, size=(256, 16)))
    films = dict(zip(("open", "closed"), written_by("ours", made, made.samples), strict=True))
    (tmp_path / "film.mp4").write_bytes(films[state])
    (tmp_path / "page.html").write_text('<video src="film.mp4" muted></video>')
    await page.goto((tmp_path / "page.html").as_uri())
    duration, end, width, seekable = await page.evaluate(PLAYED)
    # 40 pictures, of which the last ends two pictures' time later than it is decoded; an open file lacks the newest.
    assert duration == pytest.approx(1.68, abs=0.05 if state == "closed" else 0.2)
    assert end == pytest.approx(duration, abs=0.05)
    assert (width, seekable) == (256, 1)
