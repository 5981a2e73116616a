// Empty: precompiled headers need a source beside them (see CMakeLists.txt).
