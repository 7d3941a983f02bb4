import { Idiomorph, io } from "../../vendor/live.js";
import { follow } from "../lib/live.js";

follow({ io, Idiomorph });

/** What a refused list says is read before anything else. */
document.getElementById("import-result")?.focus();

/** On a narrow window the sections are one line: the one shown is in sight. */
document.querySelector(".sections [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
