/** English words for tests: those of a page are loaded (tables.ts). */

import { TABLES } from "../src/tables.ts";
import en from "../src/texts/en.json";

TABLES["en"] = en;
