/** The worker where workers may have modules. */

import "./sw.js";
