// The user's folder of photographs behind the head, read through the host.
#pragma once

#include <synface/sdk/create.h>

#include <memory>
#include <string>

#include "core/photos.h"

// Every image below `folder`, in the listing's order, decoded and shrunk for images of `side`
// pixels; nullptr when `folder` is empty. All of them are read at once, so that a broken one is
// found before anything is drawn. Error IO that names the folder (missing, without images) or the
// file (unreadable, damaged, under 16 pixels); UNSUPPORTED when the host cannot list or decode.
std::shared_ptr<const synface::morphable::Photos> read_background_folder(
    const synface::sdk::Create& create, const std::string& folder, int side);
