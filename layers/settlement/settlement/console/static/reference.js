// Shows the document of the API in the vendored viewer; nothing is sent to another host.
(function () {
  "use strict";
  var place = document.getElementById("reference");
  var dark = matchMedia("(prefers-color-scheme: dark)");
  function follow() { document.documentElement.classList.toggle("dark-mode", dark.matches); }
  dark.addEventListener("change", follow);
  follow();

  // The viewer's parts, without the main part of a page, which this page has; and the path of an operation is the name of
  // the button that opens it, and no link within that button.
  function parts(system) {
    var make = system.React.createElement;
    function Reference(told) {
      var of = function (name) { return make(told.getComponent(name, true)); };
      var status = told.specSelectors.loadingStatus();
      if (status !== "success") { return make("p", { className: "empty" }, status === "loading" ? "…" : place.dataset.failed); }
      return make("div", { className: "swagger-ui" }, make(told.getComponent("SvgAssets")), of("InfoContainer"),
        make("div", { className: "scheme-container" }, of("ServersContainer"), of("AuthorizeBtnContainer")),
        of("operations"), of("Models"));
    }
    function Path(shown) { return make("span", null, shown.text); }
    return { components: { Reference: Reference, DeepLink: Path } };
  }

  // What the viewer leaves unsaid: names of fields, levels of headings; what scrolls is reached by keyboard.
  function complete() {
    place.querySelectorAll("#servers").forEach(function (field) { field.setAttribute("aria-label", place.dataset.server); });
    place.querySelectorAll("select:not([aria-label])").forEach(function (field) { field.setAttribute("aria-label", place.dataset.choice); });
    place.querySelectorAll("[role=region]:not([aria-label])").forEach(function (part) { part.setAttribute("aria-label", part.id); });
    place.querySelectorAll("h3.opblock-tag").forEach(function (heading) { heading.setAttribute("aria-level", "2"); });
    place.querySelectorAll("h4, h5").forEach(function (heading) { heading.setAttribute("aria-level", "3"); });
    place.querySelectorAll("pre, .table-container").forEach(function (part) { part.tabIndex = 0; });
  }
  new MutationObserver(complete).observe(place, { childList: true, subtree: true });

  SwaggerUIBundle({
    url: place.dataset.document, domNode: place, deepLinking: true, validatorUrl: null, docExpansion: "list", syntaxHighlight: { activated: false },
    plugins: [parts], layout: "Reference"
  });
})();
