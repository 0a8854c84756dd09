import subprocess
import sys


def test_the_codec_imports_nothing_of_data_prep_outside_its_package() -> None:
    program = (
        "import sys, data_prep.recordio\n"
        "ours = {name for name in sys.modules if name.partition('.')[0] == 'data_prep'}\n"
        "assert all(name.startswith('data_prep.recordio') for name in ours - {'data_prep'}), ours\n"
        "assert not {'boto3', 'click', 'matplotlib', 'rich'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
