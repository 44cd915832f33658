// The start of the page: texts, session, then what follows them.

import { render } from "preact";

import { App, startProblem } from "./app";
import { follow as followSettings } from "./draft";
import { loadTexts } from "./i18n";
import { follow as followLive } from "./live";
import { inWords } from "./load";
import { refresh } from "./session";
import "./theme";
import "./style/page.css";

async function start(): Promise<void> {
  const root = document.getElementById("page");
  if (!root) throw new Error("index.html has no #page");
  try {
    await loadTexts();
  } catch {
    root.textContent = "The wallbox does not answer. Please load the page again."; // no texts, no words
    return;
  }
  render(<App />, root);
  try {
    await refresh();
  } catch (error) {
    startProblem.value = inWords(error);
  }
  followLive();
  followSettings();
}

void start();
