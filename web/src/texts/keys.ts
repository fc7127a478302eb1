/** The dialog of keys, theme and language. */
import type { Group } from "../keys.svelte";
import { catalogue } from "./language.svelte";

interface Texts {
  title: string;
  groups: Record<Group, string>;
  singleKeys: string;
  on: string;
  off: string;
  rest: string;
  theme: string;
  dark: string;
  light: string;
  language: string;
}

export const keys = catalogue<Texts>(
  {
    title: "Keys and looks",
    groups: { record: "Record", observe: "Observe", look: "Look", go: "Go", play: "Play" },
    singleKeys: "Single keys",
    on: "On",
    off: "Off",
    rest: "They do nothing while you type in a field.",
    theme: "Theme",
    dark: "Dark",
    light: "Light",
    language: "Language",
  },
  {
    de: {
      title: "Tasten und Aussehen",
      groups: { record: "Aufnehmen", observe: "Beobachten", look: "Ansehen", go: "Gehen zu", play: "Abspielen" },
      singleKeys: "Einzelne Tasten",
      on: "An",
      off: "Aus",
      rest: "Tasten ruhen, während Sie in ein Feld schreiben.",
      theme: "Farben",
      dark: "Dunkel",
      light: "Hell",
      language: "Sprache",
    },
    no: {
      title: "Taster og utseende",
      groups: { record: "Ta opp", observe: "Observere", look: "Se", go: "Gå til", play: "Spille av" },
      singleKeys: "Enkelttaster",
      on: "På",
      off: "Av",
      rest: "Tastene hviler mens du skriver i et felt.",
      theme: "Farger",
      dark: "Mørk",
      light: "Lys",
      language: "Språk",
    },
    pt: {
      title: "Teclas e aspeto",
      groups: { record: "Gravar", observe: "Observar", look: "Ver", go: "Ir para", play: "Reproduzir" },
      singleKeys: "Teclas simples",
      on: "Ligadas",
      off: "Desligadas",
      rest: "As teclas descansam enquanto escreve num campo.",
      theme: "Cores",
      dark: "Escuro",
      light: "Claro",
      language: "Língua",
    },
  },
);
