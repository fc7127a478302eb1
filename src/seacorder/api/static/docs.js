"use strict";
// The validator badge would ask a server elsewhere; there is none at sea.
window.SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs", validatorUrl: null, deepLinking: true });
