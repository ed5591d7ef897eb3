/**
 * The worker where workers may have modules: it keeps the app (sw.js), and sends with the page closed.
 *
 * It is served at the top of the service's address, and its imports are addresses there. The service
 * puts a number that changes with the files in the place of "version" (heliograph/web_workers.py).
 */

import "/sw.js";
import { listenForSync } from "/sw/version/web/background-sync.js";

listenForSync(self);
