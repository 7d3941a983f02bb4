import { Idiomorph, io } from "../../vendor/live.js";
import { showFloor } from "../lib/floor.js";
import { follow } from "../lib/live.js";

showFloor(follow({ io, Idiomorph }));
