/** Where the page answers: address and ports, and where it will be after a restart. */
import { catalogue } from "./language.svelte";

export const networkTexts = catalogue(
  {
    title: "Address and ports",
    host: "Address on which Seacorder answers",
    hostHint: "127.0.0.1: this computer only. 0.0.0.0: every computer of the network. Or one address of this computer.",
    openHint: "Other computers reach it then. Set a password in the settings file first.",
    ports: {
      inspector_port: "Port of the page, of /api/v1 and of the Inspector service",
      integration_port: "Port of the integration service",
      secure_port: "Port over HTTPS",
    },
    inFile: "Passwords and the certificate for HTTPS are set in the settings file alone.",
    willBeAt: "The page will then be at",
    notFromHere: "That is reached from the recorder's own computer only, and no longer from here.",
    restartsAt: "Seacorder restarts. In some seconds the page is at",
  },
  {
    de: {
      title: "Adresse und Ports",
      host: "Adresse, an der Seacorder antwortet",
      hostHint: "127.0.0.1: nur dieser Rechner. 0.0.0.0: jeder Rechner des Netzes. Oder eine Adresse dieses Rechners.",
      openHint: "Dann erreichen ihn andere Rechner. Setzen Sie vorher ein Kennwort in der Einstellungsdatei.",
      ports: {
        inspector_port: "Port der Seite, von /api/v1 und des Inspector-Dienstes",
        integration_port: "Port des Integrationsdienstes",
        secure_port: "Port über HTTPS",
      },
      inFile: "Kennwörter und das Zertifikat für HTTPS stehen allein in der Einstellungsdatei.",
      willBeAt: "Die Seite ist dann unter",
      notFromHere: "Das erreicht nur der Rechner des Recorders selbst, und nicht mehr dieser.",
      restartsAt: "Seacorder startet neu. In einigen Sekunden ist die Seite unter",
    },
    no: {
      title: "Adresse og porter",
      host: "Adressen som Seacorder svarer på",
      hostHint: "127.0.0.1: bare denne maskinen. 0.0.0.0: alle maskiner i nettet. Eller en adresse denne maskinen har.",
      openHint: "Da når andre maskiner den. Sett et passord i innstillingsfilen først.",
      ports: {
        inspector_port: "Port for siden, /api/v1 og Inspector-tjenesten",
        integration_port: "Port for integrasjonstjenesten",
        secure_port: "Port over HTTPS",
      },
      inFile: "Passord og sertifikatet for HTTPS settes bare i innstillingsfilen.",
      willBeAt: "Siden er da på",
      notFromHere: "Dit når bare opptakerens egen maskin, og ikke lenger denne.",
      restartsAt: "Seacorder starter på nytt. Om noen sekunder er siden på",
    },
    pt: {
      title: "Endereço e portas",
      host: "Endereço em que o Seacorder responde",
      hostHint: "127.0.0.1: só este computador. 0.0.0.0: qualquer computador da rede. Ou um endereço deste computador.",
      openHint: "Outros computadores chegam então a ele. Ponha antes uma palavra-passe no ficheiro de definições.",
      ports: {
        inspector_port: "Porta da página, de /api/v1 e do serviço Inspector",
        integration_port: "Porta do serviço de integração",
        secure_port: "Porta por HTTPS",
      },
      inFile: "As palavras-passe e o certificado para HTTPS ficam só no ficheiro de definições.",
      willBeAt: "A página fica então em",
      notFromHere: "Aí só chega o próprio computador do gravador, e já não este.",
      restartsAt: "O Seacorder reinicia. Dentro de segundos a página está em",
    },
  },
);
