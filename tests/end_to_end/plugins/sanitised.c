/* A margin loss that reads behind a block of its own memory; built with AddressSanitizer, which is
 * to say so in a worker that was not. */
#include "fixture.h"

SYNFACE_NOTE("abi=" SYNFACE_ABI_TEXT "\nplugin=loss/sanitised@1\n")

__attribute__((noinline)) static float read_behind(const volatile float* block, int64_t n) {
  return block[n];
}

static synface_status sanitised_margin(void* self, const synface_context* ctx,
                                       const synface_tensor* cosine, const synface_tensor* norm,
                                       const synface_tensor* weights, const synface_tensor* z,
                                       const synface_tensor* dz_dcos,
                                       const synface_tensor* dz_dnorm, synface_error* error) {
  const synface_status status =
      plain_margin(self, ctx, cosine, norm, weights, z, dz_dcos, dz_dnorm, error);
  float* block = calloc(4, sizeof *block);
  if (block == NULL) return fixture_fail(error, SYNFACE_ERR_MEMORY, "no memory", "margin");
  /* At step 3: the report is to name it. */
  ((float*)z->data)[0] += read_behind(block, ctx->step == 3 ? 4 : 3);
  free(block);
  return status;
}

static const synface_loss_table sanitised_table = {
    .base = {sizeof(synface_loss_table), 0, plain_create, plain_destroy, NULL},
    .info = plain_info,
    .margin = sanitised_margin};

ONE_LOSS("sanitised", 1, "Reads behind its own memory.", 0, NULL, sanitised_table)
ENTRY(NULL)
