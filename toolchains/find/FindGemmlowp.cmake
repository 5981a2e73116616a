# gemmlowp's headers alone. The config that libgemmlowp-dev ships adds a
# library, too, which nothing here needs.
find_path(Gemmlowp_INCLUDE_DIR fixedpoint/fixedpoint.h PATH_SUFFIXES gemmlowp)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Gemmlowp REQUIRED_VARS Gemmlowp_INCLUDE_DIR)
if(Gemmlowp_FOUND AND NOT TARGET Gemmlowp::gemmlowp)
  add_library(Gemmlowp::gemmlowp INTERFACE IMPORTED)
  set_target_properties(Gemmlowp::gemmlowp PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${Gemmlowp_INCLUDE_DIR}")
endif()
mark_as_advanced(Gemmlowp_INCLUDE_DIR)
