"""The networks, and how files of them are written: lcfv's tests have them, and so the one definition.

biggan.py and biggan_deep.py of backend/testdata/export were written from the papers.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, os.pardir, "backend", "testdata", "export"))

import biggan  # noqa: E402, F401
import biggan_deep  # noqa: E402, F401
import reference  # noqa: E402, F401
import writing  # noqa: E402, F401
from calibration import calibrate  # noqa: E402, F401
