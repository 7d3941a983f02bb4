import { Idiomorph, io } from "../../vendor/live.js";
import { follow } from "../lib/live.js";

follow({ io, Idiomorph });

/** What a refused list says is read before anything else. */
document.getElementById("import-result")?.focus();
