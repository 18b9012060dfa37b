import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_build_of_generated_data_is_measured_beside_pyshacl_with_the_same_results(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench", "build", "--triples", "1000", "--folder", str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert "results are the same" in told
    assert {line.split("  ")[0] for line in told.splitlines() if " CPU " in line} >= {
        "build",
        "validation",
        "validation by pySHACL alone",
        "sorted Turtle",
        "sorted Turtle by rdflib",
    }
    assert not list(tmp_path.iterdir())
