// Python starts with a page that has live views, so that it is there when the first of them is seen.

import { dear, python } from "./python.js";

// Whoever asks next tries again, and tells the reader.
if (!dear) python.ask({ act: "load" }).catch(() => {});
