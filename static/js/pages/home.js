import { Idiomorph, io } from "../../vendor/live.js";
import { follow } from "../lib/live.js";

follow({ io, Idiomorph });
