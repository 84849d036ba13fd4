/* SPDX-License-Identifier: MIT */
#include "session.h"
#include "serving.h"
#include "unit.h"

static bool has_mail(struct mailbox *box)
{
    bool mail;

    pthread_mutex_lock(&box->lock);
    mail = !list_is_empty(&box->letters);
    pthread_mutex_unlock(&box->lock);
    return mail;
}

/*
 * A session has one letter. Here another worker has posted it, and it lies in the box of
 * the session's own, in front of an arrival, when that one sees the client leave.
 */
START_TEST(a_letter_in_the_box_is_not_posted_again)
{
    struct client first, asking, leaving, putter, newcomer;
    char *value = long_value(1000000);
    struct session *a;
    struct serving sv;

    serving_start(&sv, 2);
    first = client_connect(&sv, 0);
    asking = client_connect(&sv, 0);
    leaving = client_connect(&sv, 0);
    putter = client_connect(&sv, 1);
    client_send(&leaving, "{\"op\":\"take\",\"chan\":\"c\"}\n");
    client_sync(&leaving);
    client_sync(&first);
    a = serving_session(&sv, 0, 1);

    /* the first worker comes to wait for `a`, with the end of `leaving` still before it
     */
    serving_hold(&sv, &first);
    for (int i = 0; i <= TURN_TICKETS; i++)
        client_send(&asking, PING);
    shutdown(leaving.fd, SHUT_WR);
    pthread_mutex_lock(&a->lock);
    serving_let_go(&sv, &first);

    client_send(&putter, "{\"op\":\"put\",\"chan\":\"c\",\"value\":");
    client_send(&putter, value);
    client_ask(&putter, "}\n", PONG);
    serving_await(has_mail(&sv.workers[0]->mailbox));
    newcomer = client_connect(&sv, 0);
    pthread_mutex_unlock(&a->lock);

    client_ask(&newcomer, PING, PONG);
    for (int i = 0; i <= TURN_TICKETS; i++)
        client_expect(&asking, PONG);
    client_close(&leaving);
    serving_stop(&sv);
    free(value);
    client_close(&first);
    client_close(&asking);
    client_close(&putter);
    client_close(&newcomer);
}
END_TEST

UNIT_MAIN("session", a_letter_in_the_box_is_not_posted_again)
