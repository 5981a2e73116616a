// The files page.html, page.css and page.js of this folder, as text.

#ifndef OCTET_CONVERTER_EXPLAIN_PAGE_H_
#define OCTET_CONVERTER_EXPLAIN_PAGE_H_

namespace octet::converter {

// Has the places {{style}}, {{script}} and {{data}}, each once.
extern const char* const kPageHtml;
extern const char* const kPageStyle;
extern const char* const kPageScript;

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EXPLAIN_PAGE_H_
