/* Marks what the shared library exports; everything else stays hidden. */
#ifndef CONVOY_EXPORT_H
#define CONVOY_EXPORT_H

#define CONVOY_API __attribute__((visibility("default")))

#endif
