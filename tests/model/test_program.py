"""The fingerprint of the program changes with its files, and not with compiled files."""

from pathlib import Path

from feeds.model.program import fingerprint_folder, fingerprint_program


def test_compiled_files_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("first")
    before = fingerprint_folder(tmp_path)
    folder = tmp_path / "__pycache__"
    folder.mkdir()
    for name in (
        "module.cpython-311.pyc",
        "module.cpython-311.pyc.140234",
    ):  # Python writes the second, then renames it
        (folder / name).write_text("compiled")
        assert fingerprint_folder(tmp_path) == before
    (tmp_path / "module.py").write_text("second")
    assert fingerprint_folder(tmp_path) != before


def test_the_program_has_a_stable_fingerprint() -> None:
    assert fingerprint_program() == fingerprint_folder(Path(__file__).parents[2] / "feeds")
