// Where the static command for 32-bit ARM starts: code that a CPU of ARMv6 can
// run. The C library, as Debian compiles it, cannot even start on one, so
// nothing later could say why. What counts is the flag VFPv3 of AT_HWCAP, which
// is in the auxiliary vector behind the arguments and the environment: every
// ARMv7-A CPU with Linux's hard-float convention has it, no older one does.
// NEON is not needed: kernels/ looks for it, and has portable ones.

asm(R"(
        .arch   armv6
        .arm
        .text
        .align  2
        .global octet_start
        .type   octet_start, %function
octet_start:
        ldr     r4, [sp]                @ argc
        add     r4, sp, r4, lsl #2
        add     r4, r4, #8              @ behind argv and its null
1:      ldr     r5, [r4], #4            @ the environment, to its null
        cmp     r5, #0
        bne     1b
2:      ldr     r5, [r4], #8            @ the type of an entry
        cmp     r5, #0                  @ AT_NULL: no flags to be had
        beq     4f
        cmp     r5, #16                 @ AT_HWCAP
        bne     2b
        ldr     r5, [r4, #-4]
        tst     r5, #0x2000             @ HWCAP_VFPv3
        bne     4f
        mov     r7, #4                  @ write
        mov     r0, #2
        adr     r1, 3f
        mov     r2, #(4f - 3f)
        svc     #0
        mov     r7, #1                  @ exit
        mov     r0, #1
        svc     #0
3:      .ascii  "octet: this program needs an ARMv7 CPU with VFPv3 (Raspberry "
        .ascii  "Pi 2 or later); this CPU is older.\n"
        .align  2
4:      ldr     r5, =_start             @ r0 is as the kernel left it
        bx      r5
        .ltorg
        .size   octet_start, . - octet_start
)");
