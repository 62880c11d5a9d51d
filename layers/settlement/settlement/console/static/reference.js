// Shows the document of the API in the vendored viewer; nothing is sent to another host.
(function () {
  "use strict";
  var place = document.getElementById("reference");
  SwaggerUIBundle({ url: place.dataset.document, domNode: place, deepLinking: true, validatorUrl: null, docExpansion: "list" });
})();
