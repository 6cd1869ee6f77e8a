/* synface/ext/listing.h: folders of images and pairs files, as the field keeps them. [control] */
#ifndef SYNFACE_EXT_LISTING_H
#define SYNFACE_EXT_LISTING_H
#include <synface/status.h>
#ifdef __cplusplus
extern "C" {
#endif
#define SYNFACE_EXT_LISTING "synface.listing/1"
/* One image of a class folder. */
typedef struct synface_listed_image {
  uint64_t identity; /* index of the class, in byte order of the names */
  uint64_t sample;   /* index in the class, in byte order of the file names */
  synface_str name;  /* of the class */
  synface_str path;  /* absolute */
} synface_listed_image;
/* One pair of a pairs file. */
typedef struct synface_listed_pair {
  int64_t fold;      /* -1 when the file has no folds */
  int64_t same;      /* 1 same person, 0 different */
  synface_str first; /* absolute paths of the image files */
  synface_str second;
} synface_listed_pair;
typedef struct synface_ext_listing {
  uint32_t struct_size;
  uint32_t reserved;
  /* ROOT/CLASS/FILE.{jpg,jpeg,png}: calls `each` for every image, classes and files in byte order.
   * A root without classes: SYNFACE_ERR_IO. */
  synface_status (*folder)(synface_str root,
                           synface_status (*each)(void* user, const synface_listed_image* image,
                                                  synface_error* error) SYNFACE_NOEXCEPT,
                           void* user, synface_error* error) SYNFACE_NOEXCEPT;
  /* Reads a pairs file about the images under `root`. Formats, told apart by their lines: LFW's
   * ("NAME i j", "NAME i NAME j", first line "FOLDS N" or "N"; image i of NAME is NAME/NAME_%04d
   * with any known suffix) and "fold label fileA fileB" ('#' starts a comment). Every missing image
   * is listed in one error, up to a hundred of them. */
  synface_status (*pairs)(synface_str root, synface_str file,
                          synface_status (*each)(void* user, const synface_listed_pair* pair,
                                                 synface_error* error) SYNFACE_NOEXCEPT,
                          void* user, synface_error* error) SYNFACE_NOEXCEPT;
  /* Every {jpg,jpeg,png} below `root`, at any depth, in byte order of the paths below it:
   * `identity` counts the images, `sample` is 0, `name` is the path below `root`. A root without an
   * image: SYNFACE_ERR_IO. Absent where struct_size ends before it. */
  synface_status (*images)(synface_str root,
                           synface_status (*each)(void* user, const synface_listed_image* image,
                                                  synface_error* error) SYNFACE_NOEXCEPT,
                           void* user, synface_error* error) SYNFACE_NOEXCEPT;
} synface_ext_listing;
#ifdef __cplusplus
}
#endif
#endif
