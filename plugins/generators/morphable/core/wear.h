// Hats, scarves, glasses and what hides a part of a face, as surfaces over a person's hull.
#pragma once

#include "core/latents.h"
#include "core/outfit.h"

namespace synface::morphable {

// How much of a hat and of a scarf is worn in this picture, 0..1.
float hat_amount(const Appearance& look, const Accessories& worn);
float scarf_amount(const Appearance& look, const Accessories& worn);
// Height of a hat's rim at a place of the head, and whether that place (canonical) is under it.
float hat_rim_at(const Accessories& worn, Vec3 q);

void wear_hat(const Accessories& worn, float amount, const Hull& hull, uint32_t grain,
              Tailor& tailor);
void wear_scarf(const Accessories& worn, float amount, const Hull& hull, uint32_t grain,
                Tailor& tailor);
// eyes: centres of the left and right eyeball.
void wear_glasses(const Accessories& worn, const Vec3 (&eyes)[2], const Hull& hull, Tailor& tailor);
void wear_earrings(const Accessories& worn, const HeadModel& head,
                   const std::vector<Vec3>& positions, Tailor& tailor);
// skin: colour of a hand.
void hold_before_face(const Accessories& worn, Vec3 skin, const Hull& hull, uint32_t grain,
                      Tailor& tailor);

}  // namespace synface::morphable
