/**
 * The worker where workers may have modules: it keeps the app (sw.js), and sends with the page closed.
 * It is served at the top of the service's address, and its imports are written as addresses there.
 */

import "/sw.js";
import { listenForSync } from "/web/background-sync.js";

listenForSync(self);
