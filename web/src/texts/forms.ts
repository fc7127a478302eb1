/** Forms of the settings: what a control says by itself, and kinds of observations. */
import { catalogue } from "./language.svelte";

export const forms = catalogue(
  {
    noValue: (label: string) => `${label}: a value is needed. The one that holds is shown again.`,
    removeSourceHint: (name: string) =>
      `From the next start on ${name} is no longer read. Readings that are stored stay as they are.`,
  },
  {
    de: {
      noValue: (label) => `${label}: Ein Wert ist nötig. Der geltende steht wieder da.`,
      removeSourceHint: (name) =>
        `Ab dem nächsten Start wird ${name} nicht mehr gelesen. Gespeicherte Messwerte bleiben, wie sie sind.`,
    },
    no: {
      noValue: (label) => `${label}: En verdi trengs. Den som gjelder, vises igjen.`,
      removeSourceHint: (name) =>
        `Fra neste start leses ${name} ikke lenger. Måleverdier som er lagret, blir som de er.`,
    },
    pt: {
      noValue: (label) => `${label}: é preciso um valor. O que vale é mostrado de novo.`,
      removeSourceHint: (name) =>
        `A partir do próximo início, ${name} deixa de ser lida. As leituras guardadas ficam como estão.`,
    },
  },
);
